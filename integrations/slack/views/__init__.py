"""Pure drawings of cards, forms and the home page as Slack blocks. They send nothing."""
