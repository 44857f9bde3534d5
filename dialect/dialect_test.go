package dialect

import (
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/chatd/chat"
	"example.com/chatd/chat/netfake"
)

// The server's own dialect costs nothing: nothing is wrapped.
func TestListenChatd(t *testing.T) {
	ln, err := netfake.New(netfake.Config{}).Listen("127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	assert.Same(t, ln, Listen(ln, Chatd))
	assert.Same(t, ln, Listen(ln, ""))
	assert.NotSame(t, ln, Listen(ln, Netcat))
}

func TestListenPassesOn(t *testing.T) {
	network := netfake.New(netfake.Config{})
	below, err := network.Listen("127.0.0.1:0")
	require.NoError(t, err)
	ln := Listen(below, Budget)
	assert.Equal(t, below.Addr(), ln.Addr())
	below.InjectAcceptError(errFake)
	_, err = ln.Accept()
	assert.ErrorIs(t, err, errFake, "the core tells the errors of Accept apart (E6)")
	require.NoError(t, ln.Close())
	_, err = ln.Accept()
	assert.ErrorIs(t, err, net.ErrClosed)
}

// A dialect's own settings are ones that it and the server take.
func TestConfigIsTaken(t *testing.T) {
	for _, name := range All() {
		cfg := Dialect(name).Config()
		assert.NoError(t, Dialect(name).Check(cfg), name)
		_, err := chat.New(cfg)
		assert.NoError(t, err, name)
	}
	assert.Equal(t, chat.Config{}, Chatd.Config())
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		change func(*chat.Config)
		want   string
	}{
		{func(c *chat.Config) { c.History = 0 }, "dialect: Config.History is 0: dialect budget has no history"},
		{func(c *chat.Config) { c.History = 5 }, "dialect: Config.History is 5: dialect budget has no history"},
		{func(c *chat.Config) { c.NameAttempts = 0 }, "dialect: Config.NameAttempts is 0: dialect budget takes 1 name"},
		{func(c *chat.Config) { c.NameAttempts = 3 }, "dialect: Config.NameAttempts is 3: dialect budget takes 1 name"},
		{func(c *chat.Config) { c.MaxMessage = 999 }, "dialect: Config.MaxMessage is 999: dialect budget needs at least 1000 bytes"},
		{func(c *chat.Config) { c.MOTD = "be kind" }, "dialect: Config.MOTD has 7 bytes: dialect budget greets with one line of its own"},
	} {
		cfg := Budget.Config()
		tt.change(&cfg)
		err := Budget.Check(cfg)
		if assert.Error(t, err, tt.want) {
			assert.Equal(t, tt.want, err.Error())
		}
		assert.NoError(t, Netcat.Check(cfg), tt.want)
		assert.NoError(t, Chatd.Check(cfg), tt.want)
	}
}
