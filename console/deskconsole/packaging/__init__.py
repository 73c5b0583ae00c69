"""What is made ready on the console before it goes to a host: packages from an index, lists of files."""
