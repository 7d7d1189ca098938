using static TorchSharp.torch;

namespace Palimpsest.Torch;

/// <summary>Splits rows among the threads of libtorch's setting, always in the same way, so that sums over lanes are repeatable bit for bit for one number of threads.</summary>
internal static class Lanes
{
    // Below this many elements a second thread costs more than it saves (a hand-over takes some 5 microseconds).
    private const long WorthSharing = 1 << 15;

    /// <summary>How many lanes <see cref="For"/> will use.</summary>
    public static int Count(long rows, long width) => rows * width < WorthSharing ? 1 : (int)Math.Min(rows, get_num_threads());

    /// <summary>Runs <paramref name="body"/>(lane, first row, end row) for all lanes and waits.</summary>
    public static void For(int lanes, long rows, Action<int, long, long> body)
    {
        if (lanes == 1)
        {
            body(0, 0, rows);
            return;
        }

        Parallel.For(0, lanes, new ParallelOptions { MaxDegreeOfParallelism = lanes }, lane => body(lane, rows * lane / lanes, rows * (lane + 1) / lanes));
    }
}
