"""Makes what is handed out (发布): packages, bundles, what they are made of, and a signature."""
