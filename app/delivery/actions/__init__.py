"""Changes to delivery's rows, a module each subject. They need write() around them."""
