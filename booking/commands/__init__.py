"""The commands of `booking`, one file a topic; each has `add`, which describes it to argparse."""
