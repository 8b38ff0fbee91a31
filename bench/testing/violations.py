"""Reads a list of documents, prints a list of the ways in which each violates the schema."""
import json
import sys

import jsonschema

schema = json.load(open(sys.argv[1]))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
print(json.dumps([[f"{list(error.absolute_path)}: {error.message[:200]}"
                   for error in validator.iter_errors(document)]
                  for document in json.load(sys.stdin)]))
