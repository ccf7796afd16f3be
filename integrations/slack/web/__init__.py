"""Transport to and from Slack: API calls, errors, allowed hosts, signatures, Socket Mode. It knows no cases."""
