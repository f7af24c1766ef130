"""The call of this seat (通话): its panel, its parties, the seat's bar of buttons, listening, wrap-up."""
