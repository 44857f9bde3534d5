package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// writeCertificate writes a certificate of its own with this serial number.
func writeCertificate(certFile, keyFile string, serial int64) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial),
		Subject:      pkix.Name{CommonName: "chatd test"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	keyBytes, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), 0o600); err != nil {
		return err
	}
	return os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyBytes}), 0o600)
}

// pair makes a certificate in a directory of the test's own.
func pair(t *testing.T, serial int64) (certFile, keyFile string) {
	t.Helper()
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	if err := writeCertificate(certFile, keyFile, serial); err != nil {
		t.Fatal(err)
	}
	return certFile, keyFile
}

// greetTLS serves ln: each connection reads a greeting.
func greetTLS(t *testing.T, ln net.Listener) {
	t.Helper()
	done := make(chan struct{})
	t.Cleanup(func() { ln.Close(); <-done })
	go func() {
		defer close(done)
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.WriteString(c, "hello\n") // the handshake runs here
			}()
		}
	}()
}

// serialAt connects and returns the serial number of the certificate it is shown.
func serialAt(t *testing.T, addr string, versionMax uint16) (int64, error) {
	t.Helper()
	c, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true, MaxVersion: versionMax, MinVersion: tls.VersionTLS10})
	if err != nil {
		return 0, err
	}
	defer c.Close()
	if _, err := io.ReadAll(c); err != nil {
		return 0, err
	}
	return c.ConnectionState().PeerCertificates[0].SerialNumber.Int64(), nil
}

func TestTLSReload(t *testing.T) {
	certFile, keyFile := pair(t, 1)
	c, err := loadCertificate(certFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	greetTLS(t, c.listener(tcp))
	want := func(reason string, serial int64) {
		t.Helper()
		if got, err := serialAt(t, tcp.Addr().String(), tls.VersionTLS13); got != serial || err != nil {
			t.Errorf("%s: certificate %d, want %d (%v)", reason, got, serial, err)
		}
	}
	want("at first", 1)

	if err := writeCertificate(certFile, keyFile, 2); err != nil {
		t.Fatal(err)
	}
	want("before the reload", 1)
	if err := c.reload(); err != nil {
		t.Fatal(err)
	}
	want("after the reload", 2)

	if err := os.WriteFile(keyFile, []byte("half written"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.reload(); err == nil || !strings.Contains(err.Error(), keyFile) {
		t.Errorf("the error does not name the file: %v", err)
	}
	want("after a failed reload", 2)

	if _, err := serialAt(t, tcp.Addr().String(), tls.VersionTLS11); err == nil {
		t.Error("TLS 1.1 is served")
	}
}

// A client that connects and says nothing holds up nobody: Accept does no handshake.
func TestTLSAcceptDoesNoHandshake(t *testing.T) {
	c, err := loadCertificate(pair(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln := c.listener(tcp)
	defer ln.Close()
	silent, err := net.Dial("tcp", tcp.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	accepted, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer accepted.Close()
	// What the room looks for on the way out: half-close here, reset below.
	if _, ok := accepted.(interface{ CloseWrite() error }); !ok {
		t.Errorf("%T has no CloseWrite", accepted)
	}
	under, ok := accepted.(interface{ NetConn() net.Conn })
	if !ok {
		t.Fatalf("%T has no NetConn", accepted)
	}
	if _, ok := under.NetConn().(interface{ SetLinger(int) error }); !ok {
		t.Errorf("%T has no SetLinger", under.NetConn())
	}
}

func TestTLSErrorsNameTheFile(t *testing.T) {
	certFile, keyFile := pair(t, 1)
	_, otherKey := pair(t, 2)
	missing := filepath.Join(t.TempDir(), "missing.pem")
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, cert, key, named string }{
		{"no certificate file", missing, keyFile, missing},
		{"no key file", certFile, missing, missing},
		{"an empty certificate", empty, keyFile, empty},
		{"an empty key", certFile, empty, empty},
		{"the two swapped", keyFile, certFile, keyFile},
		{"somebody else's key", certFile, otherKey, otherKey},
		{"a directory", t.TempDir(), keyFile, "is a directory"},
	} {
		if _, err := loadCertificate(tt.cert, tt.key); err == nil || !strings.Contains(err.Error(), tt.named) {
			t.Errorf("%s: the error does not name %s: %v", tt.name, tt.named, err)
		}
	}
}
