"""The input device of Windows: keys, text and pointer by SendInput."""
