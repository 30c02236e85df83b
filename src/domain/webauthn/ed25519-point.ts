/** The point that an Ed25519 key is, judged without computing it. */

/** The field, and the curve's constant d: -x² + y² = 1 + d·x²·y² (RFC 8032 §5.1). */
const P = 2n ** 255n - 19n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

/**
 * Tells if 32 bytes are a point of the curve that a signature can be made for. Half of all bytes are off the curve:
 * no signature ever verifies. The eight points of small order are nobody's: a signature for them needs no private key.
 */
export function isUsableEd25519Point(bytes: Buffer): boolean {
  const y = BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`) & (2n ** 255n - 1n);
  if (y >= P) return false; // a second spelling (RFC 8032 §5.1.3)
  // x² = u/v. It is a square where u·v is one, and v is never zero, because -1/d is no square.
  const u = mod(y * y - 1n);
  const v = mod(D * y * y + 1n);
  // x = 0 and y = 0 are the orders 1, 2 and 4. Order 8 doubles to y = 0: x² + y² = 0.
  const isSmall = u === 0n || y === 0n || mod(u + v * y * y) === 0n;
  return !isSmall && power(mod(u * v), (P - 1n) / 2n) === 1n; // Euler's criterion
}

function mod(value: bigint): bigint {
  return ((value % P) + P) % P;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}
