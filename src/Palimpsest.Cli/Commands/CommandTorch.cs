using Palimpsest.Torch;

namespace Palimpsest.Cli.Commands;

/// <summary>Where commands that are no jobs compute.</summary>
internal static class CommandTorch
{
    /// <summary>Sets libtorch's threads for the command and tells where to compute.</summary>
    /// <param name="threads">Threads of one operation; 0 for all cores.</param>
    /// <param name="seed">Seed of all draws.</param>
    /// <param name="type">Number format of activations.</param>
    public static TorchContext Start(int threads = 0, long seed = 7, ComputeType type = ComputeType.F32)
    {
        if (threads < 0)
        {
            throw new PalimpsestException("--threads must be at least 0; 0 takes all cores.");
        }

        TorchThreads.Use(threads);
        return new TorchContext(type, threads, seed);
    }
}
