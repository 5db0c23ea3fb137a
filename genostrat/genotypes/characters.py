"""Characters of text files, as the bytes that are compared with a buffer's."""

from __future__ import annotations

TAB, NEWLINE, RETURN = ord("\t"), ord("\n"), ord("\r")
COLON, COMMA, SEMICOLON, DOT, EQUALS = (ord(sign) for sign in ":,;.=")
SLASH, BAR, MINUS, PLUS, STAR, HASH = (ord(sign) for sign in "/|-+*#")
LESS, GREATER, OPENED, CLOSED = (ord(sign) for sign in "<>[]")
ZERO, NINE = ord("0"), ord("9")
LOWER_A, LOWER_Z = ord("a"), ord("z")
A, C, D, E, F, G, H = (ord(letter) for letter in "ACDEFGH")
L, N, P, Q, R, S, T, X = (ord(letter) for letter in "LNPQRSTX")
#: Letters of either case are the same but for the bit that this leaves out.
CASELESS = 0xDF
