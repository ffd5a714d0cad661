"""What can be made of an answer: formats, schemas, citation, export."""
