"""What the project is looked after with: torture, checks, the documentation's generators. Not in the wheel."""
