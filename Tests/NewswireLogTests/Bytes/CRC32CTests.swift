import CNewswire
import NewswireLog
import NewswireTesting
import Testing

@Suite struct CRC32CTests {
    @Test func `the known vector has its known checksum`() {
        #expect(checksum(Array("123456789".utf8)) == 0xe306_9283)
        #expect(checksum([UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
        #expect(checksum([]) == 0)
    }

    @Test func `a checksum continues over parts`() {
        let bytes = randomBytes(10_000, seed: 1)
        let whole = CRC32C.checksum(of: bytes.rawSpan)
        for cut in [0, 1, 7, 255, 256, 4096, 9_999, 10_000] {
            let head = CRC32C.checksum(of: bytes.rawSpan.extracting(0..<cut))
            let all = CRC32C.checksum(
                of: bytes.rawSpan.extracting(cut..<10_000), continuing: head)
            #expect(all == whole, "cut at \(cut)")
        }
    }

    @Test(arguments: [NW_CRC32C_SSE42, NW_CRC32C_AVX512])
    func `every variant agrees with the tables`(variant: nw_crc32c_variant) {
        guard nw_crc32c_supports(variant) else { return }
        let bytes = randomBytes(40_000, seed: 2)
        let lengths = Array(0...1100) + [2047, 2048, 6143, 6144, 6145, 8192, 20_000, 39_990]
        for length in lengths {
            for start in [0, 1, 3, 8] {
                let (ours, theirs) = unsafe bytes.withUnsafeBytes { memory in
                    let address = unsafe memory.baseAddress.map { unsafe $0 + start }
                    return unsafe (
                        nw_crc32c_by(variant, UInt32(length), address, length),
                        nw_crc32c_by(NW_CRC32C_TABLE, UInt32(length), address, length)
                    )
                }
                #expect(ours == theirs, "\(length) bytes from \(start)")
            }
        }
    }

    private func checksum(_ bytes: [UInt8]) -> UInt32 { CRC32C.checksum(of: bytes.rawSpan) }

    private func randomBytes(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
}
