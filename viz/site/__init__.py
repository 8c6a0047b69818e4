"""The pages citizens read, in French first, then English; embeds, live updates, assets."""
