package main

import (
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// certificate is the pair of -tls-cert and -tls-key, read again on SIGHUP.
type certificate struct {
	certFile, keyFile string // immutable
	current           atomic.Pointer[tls.Certificate]
}

// loadCertificate reads the pair for the first time.
func loadCertificate(certFile, keyFile string) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile}
	if err := c.reload(); err != nil {
		return nil, err
	}
	return c, nil
}

// reload reads the files again; connections from now on get the new certificate.
// On an error, which names the file, the old one stays.
func (c *certificate) reload() error {
	cert, err := readPEM(c.certFile, "CERTIFICATE")
	if err != nil {
		return err
	}
	key, err := readPEM(c.keyFile, "PRIVATE KEY")
	if err != nil {
		return err
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return fmt.Errorf("%s with %s: %w", c.certFile, c.keyFile, err)
	}
	c.current.Store(&pair)
	return nil
}

// readPEM reads a file and checks that it has a block of the type wanted, so that
// two files given in the wrong order are named one by one.
func readPEM(file, blockType string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	for rest := text; ; {
		block, more := pem.Decode(rest)
		if block == nil {
			return nil, fmt.Errorf("%s: no PEM block of type %s in it", file, blockType)
		}
		// "EC PRIVATE KEY" and "RSA PRIVATE KEY" are private keys too.
		if n := len(block.Type) - len(blockType); n >= 0 && block.Type[n:] == blockType {
			return text, nil
		}
		rest = more
	}
}

// notAfter is when the certificate in use expires.
func (c *certificate) notAfter() time.Time { return c.current.Load().Leaf.NotAfter }

// listener puts TLS in front of ln. Its Accept does no handshake: that runs in the
// session's first Read or Write, where the login timeout bounds it, so a client
// that connects and says nothing holds up nobody.
func (c *certificate) listener(ln net.Listener) net.Listener {
	return tls.NewListener(ln, &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return c.current.Load(), nil
		},
	})
}
