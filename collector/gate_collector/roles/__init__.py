"""Who may do what at the centre (角色): accounts, sessions, and the record of every look."""
