"""What every page of the centre is made with: templates, words, who may see what."""
