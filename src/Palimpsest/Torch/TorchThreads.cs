using static TorchSharp.torch;

namespace Palimpsest.Torch;

/// <summary>The one place that sets how many threads an operation of libtorch takes. Whoever starts work calls it: a command, the runner of jobs, a worker of a
/// pool; nothing else changes the number.</summary>
/// <remarks>
/// It is no setting of a <see cref="TorchContext"/>, since libtorch keeps it partly for the calling thread (its own loops) and partly for the process (the
/// matrix library, and threads that begin later). Workers side by side take
/// one thread each, and their pool puts the caller's number back. Sums are repeatable to the bit for one number of threads.
/// </remarks>
public static class TorchThreads
{
    /// <summary>Threads of one operation that the calling thread starts.</summary>
    public static int Count
    {
        get
        {
            NativeLibraries.EnsureLoaded();
            return get_num_threads();
        }
    }

    /// <summary>Sets the number for the calling thread, and for threads that begin later.</summary>
    /// <param name="threads">Threads of one operation; 0 takes all cores.</param>
    /// <exception cref="PalimpsestException">libtorch does not load.</exception>
    public static void Use(int threads)
    {
        NativeLibraries.EnsureLoaded();
        set_num_threads(Resolve(threads));
    }

    /// <summary>The number that a setting means.</summary>
    internal static int Resolve(int threads) => threads > 0 ? threads : Environment.ProcessorCount;
}
