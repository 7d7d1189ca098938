using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Training.Ranks;

/// <summary>The processes that <c>mpirun</c> of Open MPI has started, through a few functions of its library, which nobody else needs.</summary>
/// <remarks>An error in a call, or the end of a process, ends all of them: that is MPI's default. Not thread-safe. Handles are addresses of exported symbols,
/// as Open
/// MPI's ABI has them; MPICH's are numbers, so processes of its <c>mpirun</c> are refused.</remarks>
public sealed partial class MpiRanks : IRanks, IDisposable
{
    private const string LibraryName = "libmpi.so.40";
    private const int SerializedThreads = 2; // calls from any thread, one at a time
    private const int MostElements = 1 << 27;
    private readonly nint _world;
    private readonly nint _float;
    private readonly nint _double;
    private readonly nint _byte;
    private readonly nint _sum;

    private MpiRanks(nint library)
    {
        nint none = 0;
        Check(Init(none, none, SerializedThreads, out _));
        (_world, _sum) = (Symbol("ompi_mpi_comm_world"), Symbol("ompi_mpi_op_sum"));
        (_float, _double, _byte) = (Symbol("ompi_mpi_float"), Symbol("ompi_mpi_double"), Symbol("ompi_mpi_byte"));
        Check(CommRank(_world, out int rank));
        Check(CommSize(_world, out int count));
        (Rank, Count) = (rank, count);

        nint Symbol(string name) => NativeLibrary.GetExport(library, name);
    }

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public long BytesSummed { get; private set; }

    /// <summary>Joins the other processes, if <c>mpirun</c> has started this one with others.</summary>
    /// <returns>Them, or null in a process of its own.</returns>
    /// <exception cref="PalimpsestException">It was another MPI's <c>mpirun</c>, or Open MPI's library does not load.</exception>
    public static MpiRanks? Start()
    {
        if (!int.TryParse(Environment.GetEnvironmentVariable("OMPI_COMM_WORLD_SIZE"), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            return Environment.GetEnvironmentVariable("PMI_SIZE") is null or "1" ? null
                : throw new PalimpsestException("This process was started by the mpirun of another MPI than Open MPI, such as MPICH. Start it with "
                    + "Open MPI's.");
        }

        if (count == 1)
        {
            return null;
        }

        return NativeLibrary.TryLoad(LibraryName, out nint library) ? new MpiRanks(library)
            : throw new PalimpsestException($"{LibraryName}: does not load, though mpirun has started this process. Install Open MPI 4 (Debian: libopenmpi3).");
    }

    /// <inheritdoc/>
    public void Sum(Tensor values)
    {
        ArgumentNullException.ThrowIfNull(values);
        (nint type, int size) = values.dtype switch
        {
            ScalarType.Float32 => (_float, sizeof(float)),
            ScalarType.Float64 => (_double, sizeof(double)),
            ScalarType other => throw new ArgumentException($"Sums are of f32 or f64, not {other}.", nameof(values)),
        };
        if (values.device_type != DeviceType.CPU || !values.is_contiguous())
        {
            throw new ArgumentException("Sums are of contiguous values on the CPU.", nameof(values));
        }

        using Tensor flat = values.detach().view(-1);
        for (long done = 0, all = flat.size(0); done < all; done += MostElements)
        {
            using Tensor part = flat.narrow(0, done, Math.Min(MostElements, all - done));
            Check(Allreduce(InPlace, Address(part), (int)part.size(0), type, _sum, _world));
        }

        BytesSummed += values.numel() * size;
    }

    /// <inheritdoc/>
    public unsafe void Sum(Span<double> values)
    {
        fixed (double* first = values)
        {
            Check(Allreduce(InPlace, (nint)first, values.Length, _double, _sum, _world));
        }
    }

    /// <inheritdoc/>
    public unsafe void FromFirst(Span<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            Check(Broadcast((nint)first, bytes.Length, _byte, 0, _world));
        }
    }

    /// <summary>Leaves the others in order: without it mpirun takes the end of this process for a failure and ends them.</summary>
    public void Dispose() => Check(End());

    private static nint InPlace => 1;

    // Native memory, which does not move.
    private static unsafe nint Address(Tensor values) => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(values.bytes));

    private static void Check(int code)
    {
        if (code != 0)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"MPI failed with code {code}."));
        }
    }

    [LibraryImport(LibraryName, EntryPoint = "MPI_Init_thread")]
    private static partial int Init(nint argumentCount, nint arguments, int threads, out int provided);

    [LibraryImport(LibraryName, EntryPoint = "MPI_Finalize")]
    private static partial int End();

    [LibraryImport(LibraryName, EntryPoint = "MPI_Comm_rank")]
    private static partial int CommRank(nint world, out int rank);

    [LibraryImport(LibraryName, EntryPoint = "MPI_Comm_size")]
    private static partial int CommSize(nint world, out int count);

    [LibraryImport(LibraryName, EntryPoint = "MPI_Allreduce")]
    private static partial int Allreduce(nint from, nint to, int count, nint type, nint operation, nint world);

    [LibraryImport(LibraryName, EntryPoint = "MPI_Bcast")]
    private static partial int Broadcast(nint values, int count, nint type, int root, nint world);
}
