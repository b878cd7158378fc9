"""What both web servers share: one shield, one shape of refusal, one way to listen."""
