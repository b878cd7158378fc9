"""Several halls in one centre (区中心及分中心): each whole, and a bureau that reads."""
