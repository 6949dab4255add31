import Newswire
import NewswireTesting
import Testing

struct PromiseTests {
    @Test func `the first value counts, for whoever asks then`() async {
        let promise = Promise<Int>()
        #expect(promise.settle(1))
        #expect(!promise.settle(2))
        #expect(await promise.value() == 1)
        #expect(promise.wait() == 1)
    }

    @Test func `a wait ends at its deadline, and can be begun again`() {
        let promise = Promise<Int>()
        let now = SystemTimeSource().instant()
        #expect(promise.wait(until: now) == nil)
        promise.settle(1)
        #expect(promise.wait(until: now) == 1)
    }

    @Test func `a thread that waits goes on with the value`() throws {
        let promise = Promise<Int>()
        let thread = try Thread.start(name: "test") { promise.settle(7) }
        #expect(promise.wait() == 7)
        thread.join()
    }

    @Test func `a task that waits goes on with the value`() async {
        let promise = Promise<Int>()
        async let value = promise.value()
        promise.settle(7)
        #expect(await value == 7)
    }
}
