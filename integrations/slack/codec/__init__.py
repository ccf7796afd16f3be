"""What Slack's bodies, buttons and forms say, as frozen values."""
