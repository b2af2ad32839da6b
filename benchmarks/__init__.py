"""Speed and memory beside pyHanko, against the goals the project has set itself (`make bench`)."""
