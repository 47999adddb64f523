"""What Evenhand can do on this machine, measured side by side with the least that could be done."""
