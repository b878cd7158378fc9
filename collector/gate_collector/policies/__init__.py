"""The policy (防控措施): edited at the centre, kept in versions, published to the doors."""
