"""The product's decision code on real fever data: 1020 people, skin beside oral temperature."""
