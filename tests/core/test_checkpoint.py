import base64
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from ledger.core import checkpoint, cosignature, merkle, note
from ledger.core.checkpoint import Checkpoint, Receipt
from ledger.core.cosignature import CosignatureSigner
from ledger.core.digest import EMPTY_ROOT, leaf_hash
from ledger.core.keys import Ed25519Signer, Signer, VerifierKey
from ledger.core.note import Note
from ledger.errors import MalformedError, TamperedError, UncheckedError
from tests.core.trees import Naive, leaf, mth

# The example of C2SP tlog-cosignature.
SOFA = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q\
1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2o\
yin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""

# The ML-DSA-44 checkpoint that FiloSottile/torchwood tests its witness with
# (cmd/litewitness/testdata/mldsa.txt), and the seed it was made from.
LITEWITNESS = Path(__file__).with_name("litewitness.txt").read_bytes()
LITEWITNESS_SEED = bytes.fromhex(
    "2886adc2b0eabfce67c0472939127998bf886cf256bfee8ba76a253fce1146e0"
)

ORIGIN = "dialogue.example/registre"
SIZE = 13
ROOT = mth(0, SIZE)
AT = 1_679_315_147
TREE = Checkpoint(ORIGIN, SIZE, ROOT)


def classical(seed):
    return Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32))


LOG = Ed25519Signer(ORIGIN, classical(1))
LOG_PQ = CosignatureSigner(ORIGIN, MLDSA44PrivateKey.from_seed_bytes(bytes(32)))
WITNESS = CosignatureSigner("witness.example/w1", classical(2))
WITNESS_PQ = CosignatureSigner(
    "witness.example/w2", MLDSA44PrivateKey.from_seed_bytes(b"2" * 32)
)
SIGNERS: list[Signer] = [LOG, LOG_PQ, WITNESS, WITNESS_PQ]
SIGNED = checkpoint.sign_checkpoint(TREE, *SIGNERS, at=AT)
OWN = [cosignature.parse_verifier(str(s.key)) for s in (LOG, LOG_PQ)]
WITNESSES = [cosignature.parse_verifier(str(s.key)) for s in (WITNESS, WITNESS_PQ)]


def opened(data, verifiers=OWN, origin=ORIGIN, witnesses=()):
    return checkpoint.open_checkpoint(data, verifiers, origin, witnesses=witnesses)


def flipped(data, bit):
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_the_example_of_the_standard_is_read():
    read = note.parse(SOFA.encode())
    tree = checkpoint.parse(read.text)
    assert (tree.origin, tree.size) == ("example.com/behind-the-sofa", 20852163)
    assert base64.b64encode(tree.root) == b"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
    assert checkpoint.encode(tree) == read.text
    assert cosignature.signed_at(read.signatures[1]) == AT
    assert len(read.signatures[1].sig) == 72


def test_a_checkpoint_signed_by_another_implementation_verifies():
    private = MLDSA44PrivateKey.from_seed_bytes(LITEWITNESS_SEED)
    key = CosignatureSigner("example.com/mldsa-log", private).key
    assert str(key).startswith("example.com/mldsa-log+b5df45c5+BuhtcL97l3dcitjZ8Y9J54gmQ1TW")
    verifier = cosignature.parse_verifier(str(key))
    read = opened(LITEWITNESS, [verifier], "example.com/mldsa-log")
    assert (read.size, read.root) == (1, leaf_hash(b"testonly"))
    assert cosignature.signed_at(read.signatures[0]) == 0
    with pytest.raises(TamperedError):
        opened(LITEWITNESS.replace(b"\n1\n", b"\n2\n"), [verifier], "example.com/mldsa-log")


def test_what_the_log_signed_opens_with_its_keys():
    read = opened(SIGNED, witnesses=WITNESSES)
    assert (read.origin, read.size, read.root) == (ORIGIN, SIZE, ROOT)
    assert [s.name for s in read.signatures] == [ORIGIN, ORIGIN]
    assert [s.name for s in read.cosignatures] == [WITNESS.name, WITNESS_PQ.name]
    times = [cosignature.signed_at(s) for s in (read.signatures[1], *read.cosignatures)]
    assert times == [AT, AT, AT]
    assert opened(SIGNED).cosignatures == ()


def test_the_signed_messages_are_those_of_the_standard():
    lines = {s.name + str(len(s.sig)): s.sig for s in note.parse(SIGNED).signatures}
    text = f"{ORIGIN}\n13\n{base64.b64encode(ROOT).decode()}\n"
    LOG.private.public_key().verify(lines[f"{ORIGIN}64"], text.encode())
    message = f"cosignature/v1\ntime {AT}\n{text}".encode()
    sig = lines[f"{WITNESS.name}72"]
    assert sig[:8] == struct.pack(">Q", AT)
    WITNESS.private.public_key().verify(sig[8:], message)
    name = WITNESS_PQ.name.encode()
    message = (
        b"subtree/v1\n\0"
        + struct.pack(f">B{len(name)}sQ", len(name), name, AT)
        + struct.pack(f">B{len(ORIGIN)}sQQ", len(ORIGIN), ORIGIN.encode(), 0, SIZE)
        + ROOT
    )
    sig = lines[f"{WITNESS_PQ.name}2428"]
    assert sig[:8] == struct.pack(">Q", AT)
    WITNESS_PQ.private.public_key().verify(sig[8:], message)


def test_a_witness_alone_does_not_make_a_checkpoint():
    alone = checkpoint.sign_checkpoint(TREE, WITNESS, at=AT)
    for data in (alone, checkpoint.sign_checkpoint(TREE, WITNESS_PQ, at=AT)):
        with pytest.raises(UncheckedError) as caught:
            opened(data, witnesses=WITNESSES)
        assert caught.value.code == "no_key"


def test_a_checkpoint_of_another_log_is_refused():
    with pytest.raises(TamperedError) as caught:
        opened(SIGNED, origin="dialogue.example/other")
    assert caught.value.code == "checkpoint_differs"
    lent = checkpoint.sign_checkpoint(replace(TREE, origin="other.example"), LOG, at=AT)
    with pytest.raises(TamperedError):
        opened(lent)


@pytest.mark.parametrize("signer", SIGNERS, ids=["log", "log pq", "witness", "witness pq"])
@pytest.mark.parametrize(
    "lie",
    [
        replace(TREE, size=14),
        replace(TREE, root=mth(0, 14)),
        replace(TREE, origin=ORIGIN + "x"),
    ],
    ids=["size", "root", "origin"],
)
def test_a_signature_does_not_fit_another_tree(signer, lie):
    [line] = note.parse(checkpoint.sign_checkpoint(TREE, signer, at=AT)).signatures
    verifier = cosignature.parse_verifier(str(signer.key))
    changed = str(Note(checkpoint.encode(lie), (line,))).encode()
    with pytest.raises(TamperedError) as caught:
        opened(changed, [verifier], lie.origin)
    assert caught.value.code == "signature_differs"


@pytest.mark.parametrize("signer", [LOG_PQ, WITNESS], ids=["ml-dsa-44", "ed25519"])
def test_every_flipped_bit_of_time_or_signature_is_noticed(signer):
    text = checkpoint.encode(TREE)
    verifier = cosignature.parse_verifier(str(signer.key))
    sig = signer.sign(text, at=AT)
    verifier.check(text, sig)
    bits = range(8 * len(sig)) if signer is WITNESS else [*range(64), *range(64, 19424, 97)]
    for bit in bits:
        with pytest.raises(TamperedError):
            verifier.check(text, flipped(sig, bit))
    for wrong in (b"", sig[:7], sig[:8], sig[:-1], sig + b"\0"):
        with pytest.raises(TamperedError):
            verifier.check(text, wrong)


def test_a_cosignature_of_one_cosigner_does_not_pass_for_another():
    text = checkpoint.encode(TREE)
    twin = CosignatureSigner("witness.example/twin", WITNESS_PQ.private)
    verifier = cosignature.parse_verifier(str(twin.key))
    with pytest.raises(TamperedError):
        verifier.check(text, WITNESS_PQ.sign(text, at=AT))


def test_a_log_signature_and_a_cosignature_by_one_key_are_not_confused():
    text = checkpoint.encode(TREE)
    same = CosignatureSigner(ORIGIN, LOG.private)
    assert same.key.key_id != LOG.key.key_id
    as_log = cosignature.parse_verifier(str(LOG.key))
    as_witness = cosignature.parse_verifier(str(same.key))
    with pytest.raises(TamperedError):
        as_log.check(text, same.sign(text, at=AT)[8:])
    with pytest.raises(TamperedError):
        as_witness.check(text, bytes(8) + LOG.sign(text, at=AT))


@pytest.mark.parametrize("at", [-1, 2**63])
def test_a_time_out_of_range_is_not_signed(at):
    with pytest.raises(MalformedError):
        WITNESS.sign(checkpoint.encode(TREE), at=at)


def test_a_time_out_of_range_is_refused_even_if_signed():
    text, late = checkpoint.encode(TREE), 2**63
    sig = WITNESS.private.sign(f"cosignature/v1\ntime {late}\n{text}".encode())
    with pytest.raises(TamperedError):
        WITNESSES[0].check(text, struct.pack(">Q", late) + sig)


def test_extension_lines_are_read_and_never_left_unsigned():
    extended = replace(TREE, extensions=("more",))
    text = checkpoint.encode(extended)
    assert checkpoint.parse(text) == extended
    assert opened(checkpoint.sign_checkpoint(extended, LOG, at=AT)).size == SIZE
    with pytest.raises(MalformedError, match="extension"):
        LOG_PQ.sign(text, at=AT)
    [line] = note.parse(checkpoint.sign_checkpoint(TREE, LOG_PQ, at=AT)).signatures
    with pytest.raises(MalformedError, match="extension"):
        opened(str(Note(text, (line,))).encode())
    lines = note.parse(checkpoint.sign_checkpoint(TREE, LOG, at=AT)).signatures
    with pytest.raises(TamperedError):
        opened(str(Note(text, lines)).encode())


B64 = base64.b64encode(ROOT).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        f"{ORIGIN}\n13\n",
        f"{ORIGIN}\n13\n{B64}",
        f"\n13\n{B64}\n",
        f"{ORIGIN}\n013\n{B64}\n",
        f"{ORIGIN}\n00\n{B64}\n",
        f"{ORIGIN}\n+13\n{B64}\n",
        f"{ORIGIN}\n-13\n{B64}\n",
        f"{ORIGIN}\n13 \n{B64}\n",
        f"{ORIGIN}\n1_3\n{B64}\n",
        f"{ORIGIN}\n١٣\n{B64}\n",
        f"{ORIGIN}\n0x13\n{B64}\n",
        f"{ORIGIN}\n\n{B64}\n",
        f"{ORIGIN}\n9223372036854775808\n{B64}\n",
        f"{ORIGIN}\n{'9' * 5000}\n{B64}\n",
        f"{ORIGIN}\n0\n{B64}\n",
        f"{ORIGIN}\n13\n{B64[:-1]}\n",
        f"{ORIGIN}\n13\n{B64[:-4]}\n",
        f"{ORIGIN}\n13\n{B64} \n",
        f"{ORIGIN}\n13\nAAAA{B64}\n",
        f"{ORIGIN}\n13\n{ROOT.hex()}\n",
        f"{ORIGIN}\n13\n{base64.urlsafe_b64encode(b'?' * 32).decode()}\n",
        f"{ORIGIN}\n13\n{'A' * 42}B=\n",
        f"{ORIGIN}\n13\n{B64}\n\n",
        f"{ORIGIN}\n13\n{B64}\n\nmore\n",
        f"{ORIGIN}\n13\n{B64}\nmore",
    ],
    ids=lambda text: ascii(text[:60]),
)
def test_what_is_not_a_checkpoint_is_refused(text):
    with pytest.raises(MalformedError) as caught:
        checkpoint.parse(text)
    assert caught.value.code == "bad_checkpoint"


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": ""},
        {"origin": "a\nb"},
        {"size": -1},
        {"size": 2**63},
        {"root": ROOT[:31]},
        {"size": 0},
        {"extensions": ("",)},
        {"extensions": ("a\n\nb",)},
    ],
    ids=repr,
)
def test_what_cannot_be_a_checkpoint_is_not_made(lie):
    with pytest.raises(MalformedError):
        replace(TREE, **lie)


def test_the_empty_tree_has_a_checkpoint():
    empty = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert opened(checkpoint.sign_checkpoint(empty, LOG, LOG_PQ, at=0)).size == 0


def test_names_and_origins_longer_than_the_format_are_not_cosigned():
    long = replace(TREE, origin="o" * 256)
    with pytest.raises(MalformedError):
        WITNESS_PQ.sign(checkpoint.encode(long), at=AT)
    named = CosignatureSigner("n" * 256, WITNESS_PQ.private)
    with pytest.raises(MalformedError):
        named.sign(checkpoint.encode(TREE), at=AT)
    WITNESS.sign(checkpoint.encode(long), at=AT)


def test_keys_of_unknown_kinds_have_no_verifier():
    with pytest.raises(MalformedError):
        cosignature.parse_verifier("name+00000000+AgAA")
    assert isinstance(OWN[0].key, VerifierKey)


# Receipts

INDEX = 4
PROOF = tuple(merkle.prove_inclusion(Naive(), index=INDEX, size=SIZE))
RECEIPT = Receipt(INDEX, PROOF, SIGNED)
FILE = checkpoint.encode_receipt(RECEIPT)


def checked(receipt, entry=INDEX, **kwargs):
    return checkpoint.check_receipt(
        receipt, leaf=leaf(entry), **{"verifiers": OWN, "origin": ORIGIN} | kwargs
    )


def test_a_receipt_has_the_lines_that_the_standard_gives():
    proof = [bytes([i] * 32) for i in range(2)]
    lines = [base64.b64encode(p).decode() for p in proof]
    data = "\n".join(
        ["c2sp.org/tlog-proof@v1", "extra YWdl", "index 73894", *lines, "", "note\n\n— a b\n"]
    ).encode()
    read = checkpoint.parse_receipt(data)
    assert read == Receipt(73894, tuple(proof), b"note\n\n\xe2\x80\x94 a b\n", b"age")
    assert checkpoint.encode_receipt(read) == data


@pytest.mark.parametrize("extra", [None, b"opaque", b"\n\n"])
def test_a_receipt_is_read_back_and_checks(extra):
    data = checkpoint.encode_receipt(replace(RECEIPT, extra=extra))
    read = checkpoint.parse_receipt(data)
    assert read == replace(RECEIPT, extra=extra)
    verified = checked(read, witnesses=WITNESSES)
    assert verified.size == SIZE
    assert len(verified.cosignatures) == 2


def test_the_receipt_of_every_entry_checks_for_that_entry_only():
    for size in (1, 2, 7, 13):
        tree = checkpoint.sign_checkpoint(Checkpoint(ORIGIN, size, mth(0, size)), LOG, at=AT)
        for index in range(size):
            proof = tuple(merkle.prove_inclusion(Naive(), index=index, size=size))
            receipt = checkpoint.parse_receipt(
                checkpoint.encode_receipt(Receipt(index, proof, tree))
            )
            checked(receipt, index)
            with pytest.raises(TamperedError):
                checked(receipt, index + 1)


def test_a_receipt_with_one_thing_changed_is_refused():
    lies = [
        replace(RECEIPT, index=INDEX + 1),
        replace(RECEIPT, proof=(flipped(PROOF[0], 0), *PROOF[1:])),
        replace(RECEIPT, proof=PROOF[:-1]),
        replace(RECEIPT, index=SIZE),
        replace(RECEIPT, checkpoint=SIGNED.replace(b"\n13\n", b"\n14\n")),
        replace(RECEIPT, checkpoint=SIGNED[:-1]),
    ]
    for lie in lies:
        with pytest.raises((TamperedError, MalformedError)):
            checked(lie)
    with pytest.raises(TamperedError):
        checked(RECEIPT, origin="other.example")
    with pytest.raises(UncheckedError):
        checked(RECEIPT, verifiers=WITNESSES[:0])


HEADER = b"c2sp.org/tlog-proof@v1\n"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        FILE[1:],
        FILE.replace(b"@v1", b"@v2"),
        FILE.replace(b"\n", b"\r\n"),
        HEADER,
        HEADER + b"index 4",
        HEADER + b"index 4\n",
        HEADER + b"index 4\n\n",
        HEADER + b"\n" + SIGNED,
        FILE.replace(b"index 4\n", b""),
        FILE.replace(b"index 4\n", b"index 04\n"),
        FILE.replace(b"index 4\n", b"index -4\n"),
        FILE.replace(b"index 4\n", b"index  4\n"),
        FILE.replace(b"index 4\n", b"index 4 \n"),
        FILE.replace(b"index 4\n", b"index " + b"9" * 5000 + b"\n"),
        FILE.replace(b"index 4\n", b"index 9223372036854775808\n"),
        FILE.replace(b"index 4\n", b"index 4\nAAAA\n"),
        FILE.replace(b"index 4\n", b"index 4\n" + b"A" * 42 + b"B=\n"),
        FILE.replace(b"index 4\n", b"index 4\nextra YWdl\n"),
        FILE.replace(b"index 4\n", b"extra YWdl\nextra YWdl\nindex 4\n"),
        FILE.replace(b"index 4\n", b"extra YWd\nindex 4\n"),
        FILE.replace(b"index 4\n", b"extra \nindex 4\n"),
        FILE.replace(b"index 4\n", b"index 4\n" + (b"A" * 43 + b"=\n") * 64),
        FILE.replace(b"index 4\n", b"index 4\n\xff\n"),
    ],
    ids=lambda data: repr(data[22:52]),
)
def test_what_is_not_a_receipt_is_refused(data):
    with pytest.raises(MalformedError) as caught:
        checkpoint.parse_receipt(data)
    assert caught.value.code == "bad_proof"


def test_a_receipt_beyond_two_mebibytes_is_refused():
    with pytest.raises(MalformedError) as caught:
        checkpoint.parse_receipt(FILE + b"x" * 2**21)
    assert caught.value.code == "too_large"
