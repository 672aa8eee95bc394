"""What the gate looks at, one question a file. Every check reads; none changes anything."""
