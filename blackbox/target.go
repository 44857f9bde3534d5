package blackbox

import (
	"context"
	"fmt"
	"net"
)

// Target turns what somebody typed, HOST:PORT or HOST, into an address for [Run];
// port is meant where none is given. Unless remote addresses are allowed the host
// must be this machine: the address is then loopback whatever its name resolves to
// later. A host that cannot be found is [ErrUnreachable].
func Target(ctx context.Context, typed, port string, remote bool) (string, error) {
	host, given, err := net.SplitHostPort(typed)
	if err != nil {
		host, given = typed, port
		if given == "" || host == "" {
			return "", fmt.Errorf("%q is no HOST:PORT", typed)
		}
	}
	if _, err := net.DefaultResolver.LookupPort(ctx, "tcp", given); err != nil {
		return "", fmt.Errorf("%q is no port", given)
	}
	if host == "" {
		host = "localhost"
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil || len(ips) == 0 {
		return "", fmt.Errorf("%w: %s is not known", ErrUnreachable, host)
	}
	if remote {
		return net.JoinHostPort(host, given), nil
	}
	for _, ip := range ips {
		if !ip.Unmap().IsLoopback() {
			return "", fmt.Errorf("%s is not this machine: a check talks as many clients would, so other hosts need -allow-remote and their owner's consent", host)
		}
	}
	if host == "localhost" {
		return net.JoinHostPort(host, given), nil // dial tries ::1 and 127.0.0.1
	}
	return net.JoinHostPort(ips[0].Unmap().String(), given), nil
}
