"""The rules of Evenhand: pure functions over frozen values, with no clock and no I/O."""
