using System.Runtime.ExceptionServices;

namespace Palimpsest.Torch;

/// <summary>Carries an exception out of a backward pass: thrown through native frames it would end the process.</summary>
/// <remarks>One slot for the process, since on CUDA a backward runs on a thread of libtorch's own. The first error of a pass is kept.</remarks>
internal static class BackwardErrors
{
    private static ExceptionDispatchInfo? _first;

    public static void Capture(Exception error) => Interlocked.CompareExchange(ref _first, ExceptionDispatchInfo.Capture(error), null);

    public static void Discard() => Interlocked.Exchange(ref _first, null);

    public static void Rethrow() => Interlocked.Exchange(ref _first, null)?.Throw();
}
