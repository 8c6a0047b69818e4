import base64
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from ledger.core import keys, note
from ledger.core.keys import Ed25519Signer, Ed25519Verifier, VerifierKey
from ledger.core.note import Note
from ledger.errors import MalformedError, TamperedError, UncheckedError

# The example that the documentation of Go's golang.org/x/mod/sumdb/note works through.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
PETER_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
PETER_NOTE = (
    f"{PETER_TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2"
    "pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()

# The example of C2SP signed-note.
SALVATORE = """\
Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU\
0xMcXxj99ihAQwaqP3ZekRwNtIc=
"""


def signer(name="example.com/a", seed=1):
    return Ed25519Signer(name, Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32)))


def verifier(signing):
    return Ed25519Verifier(signing.key)


A, B = signer(), signer("example.com/b", 2)
TEXT = "one line\n\nanother — one\n"
SIGNED = note.sign(TEXT, A)


def test_the_example_of_the_standard_is_read():
    read = note.parse(SALVATORE.encode())
    assert read.text.endswith("\n\ned è subito sera.\n")
    [signature] = read.signatures
    assert signature.name == "quasimodo.example/salvatore"
    assert (signature.key_id.hex(), len(signature.sig)) == ("367ba04b", 64)
    assert str(read) == SALVATORE


def test_the_example_of_the_reference_implementation_verifies():
    peter = Ed25519Verifier(keys.parse_key(PETER))
    assert note.open_(PETER_NOTE, [peter]).text == PETER_TEXT


def test_we_sign_as_the_reference_implementation_does():
    private = Ed25519PrivateKey.from_private_bytes(PETER_SEED)
    peter = Ed25519Signer("PeterNeumann", private)
    assert str(peter.key) == PETER
    assert note.sign(PETER_TEXT, peter) == PETER_NOTE


def test_what_was_signed_opens_with_the_keys_that_signed():
    data = note.sign(TEXT, A, B)
    opened = note.open_(data, [verifier(A), verifier(B)])
    assert opened.text == TEXT
    assert [signature.name for signature in opened.signatures] == [A.name, B.name]
    assert str(note.parse(data)).encode() == data


def test_signatures_by_unknown_keys_are_ignored():
    data = note.sign(TEXT, A, B)
    assert [s.name for s in note.open_(data, [verifier(B)]).signatures] == [B.name]
    # The same name or the same id alone does not make a key known.
    namesake = verifier(signer(A.name, 3))
    assert [s.name for s in note.open_(data, [namesake, verifier(B)]).signatures] == [B.name]


def test_a_note_that_no_known_key_signed_cannot_be_checked():
    for known in ([], [verifier(B)], [verifier(signer(A.name, 3))]):
        with pytest.raises(UncheckedError) as caught:
            note.open_(SIGNED, known)
        assert caught.value.code == "no_key"


def test_a_key_that_signs_twice_counts_once_and_every_line_is_checked():
    [line] = note.parse(SIGNED).signatures
    twice = str(Note(TEXT, (line, line))).encode()
    assert len(note.open_(twice, [verifier(A), verifier(A)]).signatures) == 1
    bad = replace(line, sig=bytes(64))
    with pytest.raises(TamperedError):
        note.open_(str(Note(TEXT, (line, bad))).encode(), [verifier(A)])


def test_two_keys_with_one_id_are_refused():
    class Colliding(VerifierKey):
        key_id = A.key.key_id

    other = Ed25519Verifier(Colliding(A.name, keys.ED25519, B.key.public))
    with pytest.raises(MalformedError, match="share"):
        note.open_(SIGNED, [verifier(A), other])


def test_every_flipped_bit_of_a_signature_is_noticed():
    [line] = note.parse(SIGNED).signatures
    for bit in range(512):
        changed = bytearray(line.sig)
        changed[bit // 8] ^= 1 << bit % 8
        lie = Note(TEXT, (replace(line, sig=bytes(changed)),))
        with pytest.raises(TamperedError) as caught:
            note.open_(str(lie).encode(), [verifier(A)])
        assert caught.value.code == "signature_differs"


@pytest.mark.parametrize(
    "lie",
    [
        {"text": TEXT + "more\n"},
        {"text": TEXT + "\n"},
        {"text": TEXT[1:]},
        {"text": TEXT.replace("one", "two", 1)},
        {"sig": b"\0" * 64},
        {"sig": b"short"},
        {"sig": None},
    ],
    ids=["a line more", "an empty line more", "a letter less", "a word", "zeros", "short", "b"],
)
def test_a_note_with_one_thing_changed_is_tampered(lie):
    [line] = note.parse(SIGNED).signatures
    if "sig" in lie:
        [other] = note.parse(note.sign(TEXT, B)).signatures
        line = replace(line, sig=lie["sig"] or other.sig)
    changed = Note(lie.get("text", TEXT), (line,))
    with pytest.raises(TamperedError):
        note.open_(str(changed).encode(), [verifier(A)])


def test_a_key_under_another_name_is_another_key():
    [line] = note.parse(SIGNED).signatures
    renamed = str(Note(TEXT, (replace(line, name=B.name),))).encode()
    with pytest.raises(UncheckedError):
        note.open_(renamed, [verifier(A), verifier(B)])
    assert signer("example.com/c").key.key_id != A.key.key_id


LINE = str(note.parse(SIGNED).signatures[0])


@pytest.mark.parametrize(
    "data",
    [
        "",
        "\n",
        "\n\n",
        "text\n",
        "text\n\n",
        f"text\n{LINE}",
        f"text{LINE}",
        f"text\n\n{LINE[:-1]}",
        f"text\n\n{LINE[:-1]}x",
        f"text\n\n{LINE}\n",
        f"text\n\n{LINE}text\n",
        f"text\n\n {LINE}",
        f"text\r\n\r\n{LINE}",
        f"text\t\n\n{LINE}",
        f"te\0xt\n\n{LINE}",
        "text\n\n" + LINE.replace("—", "-"),
        "text\n\n" + LINE.replace("— ", "—"),
        "text\n\n" + LINE.replace("— ", "—  "),
        "text\n\n" + LINE.replace("example", "exa mple"),
        "text\n\n" + LINE.replace("example", "exa+mple"),
        "text\n\n" + LINE.replace("example", "exa\u2003mple"),
        "text\n\n" + LINE.replace("\n", " \n"),
        "text\n\n— example.com/a \n",
        "text\n\n— example.com/a\n",
        "text\n\n— example.com/a AAAAAA==\n",  # an id and no signature
        "text\n\n— example.com/a AAAAAAB=\n",  # bits beyond the last byte
        "text\n\n— example.com/a AAAAAAA\n",  # no padding
        "text\n\n— example.com/a AAAA-_A=\n",  # the other alphabet
        "text\n\n— example.com/a AAAA\u0661AA=\n",
        "text\n\n" + 101 * LINE,
    ],
    ids=ascii,
)
def test_what_is_not_a_note_is_refused(data):
    with pytest.raises(MalformedError) as caught:
        note.parse(data.encode())
    assert caught.value.code == "bad_note"


def test_a_note_in_another_encoding_or_beyond_a_mebibyte_is_refused():
    with pytest.raises(MalformedError, match="UTF-8"):
        note.parse(SALVATORE.encode("utf-16"))
    with pytest.raises(MalformedError) as caught:
        note.parse(b"x" * (2**20 + 1))
    assert caught.value.code == "too_large"


def test_a_hundred_signatures_are_accepted():
    assert len(note.parse(f"text\n\n{100 * LINE}".encode()).signatures) == 100


@pytest.mark.parametrize("text", ["", "no line feed", "a\tb\n", "\r\n", "\ud800\n"], ids=ascii)
def test_a_text_that_no_note_may_hold_is_not_signed(text):
    with pytest.raises(MalformedError) as caught:
        note.sign(text, A)
    assert caught.value.code == "bad_note"


def test_a_note_has_one_to_a_hundred_signers():
    for signers in ([], [A] * 101):
        with pytest.raises(MalformedError):
            note.sign(TEXT, *signers)


def test_verifier_keys_are_read_back():
    for key in (A.key, VerifierKey("é", 4, bytes(32)), VerifierKey("x/y", 6, bytes(1312))):
        assert keys.parse_key(str(key)) == key


KEY = str(A.key)
NAME, ID, MATERIAL = KEY.split("+", 2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        NAME,
        f"{NAME}+{ID}",
        f"{NAME}+{ID}+",
        f"+{ID}+{MATERIAL}",
        f"other+{ID}+{MATERIAL}",
        f"{NAME}+{ID.upper()}+{MATERIAL}",
        f"{NAME}+{ID[:-1]}+{MATERIAL}",
        f"{NAME}+00000000+{MATERIAL}",
        f"{NAME}+{ID}+{MATERIAL}\n",
        f"{NAME}+{ID}+{MATERIAL[:-4]}",
        f"{NAME}+{ID}+{MATERIAL.replace('A', 'B', 1)}",
        f"{NAME}+{ID}+****",
        f"a b+{ID}+{MATERIAL}",
        KEY.replace("+A", "+E", 1),
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz",
    ],
    ids=ascii,
)
def test_what_is_not_a_verifier_key_is_refused(text):
    with pytest.raises(MalformedError) as caught:
        keys.parse_key(text)
    assert caught.value.code == "bad_key_text"


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "a+b", "a\n", "a\u00a0b", "\ud800"], ids=ascii
)
def test_a_key_has_a_name_without_spaces_and_plus_signs(name):
    with pytest.raises(MalformedError):
        VerifierKey(name, keys.ED25519, bytes(32))


@pytest.mark.parametrize(("kind", "length"), [(0, 32), (1, 31), (2, 32), (4, 1312), (6, 32)])
def test_a_key_has_a_kind_and_its_length(kind, length):
    with pytest.raises(MalformedError):
        VerifierKey("name", kind, bytes(length))


@pytest.mark.parametrize("made", [Ed25519PrivateKey.generate, MLDSA44PrivateKey.generate])
def test_private_keys_are_read_back_from_pem(made):
    private = made()
    pem = keys.dump_private(private)
    assert pem.startswith(b"-----BEGIN PRIVATE KEY-----\n")
    read = keys.load_private(pem)
    assert read.public_key() == private.public_key()
    assert keys.dump_private(read) == pem


def test_other_files_are_no_private_keys():
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    curve = generate_private_key(SECP256R1())
    plain = curve.private_bytes(*form, serialization.NoEncryption())
    locked = A.private.private_bytes(*form, serialization.BestAvailableEncryption(b"secret"))
    public = A.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for pem in (b"", b"text", PETER.encode(), plain, locked, public):
        with pytest.raises(MalformedError) as caught:
            keys.load_private(pem)
        assert caught.value.code == "bad_key_text"
