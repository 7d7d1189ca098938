using Palimpsest.Numerics;
using static TorchSharp.torch;

namespace Palimpsest.Torch;

/// <summary>Where and how to compute: device, compute type, threads and the root of all randomness. It is passed, never ambient, and sets nothing: the threads
/// of libtorch are those of <see cref="TorchThreads.Use"/>.</summary>
public sealed class TorchContext
{
    /// <summary>Loads libtorch and chooses the compute type.</summary>
    /// <param name="computeType">Number format of activations; <see cref="ComputeType.Auto"/> measures.</param>
    /// <param name="threads">Threads of the decoder's own team, and what people are told; 0 takes all cores.</param>
    /// <param name="seed">Seed of <see cref="Stream"/>.</param>
    /// <param name="device">"cpu" or "cuda".</param>
    /// <exception cref="PalimpsestException">libtorch does not load, or the device is not there.</exception>
    public TorchContext(ComputeType computeType = ComputeType.F32, int threads = 0, long seed = 7, string device = "cpu")
    {
        NativeLibraries.EnsureLoaded();
        Threads = TorchThreads.Resolve(threads);
        if (device is not "cpu" && !(device is "cuda" && cuda.is_available()))
        {
            throw new PalimpsestException($"Device \"{device}\" is not available. Use \"cpu\", or build with -p:TorchBackend=cuda on a machine with an NVIDIA GPU for \"cuda\".");
        }

        Device = new Device(device);
        Seed = seed;
        ComputeType = computeType == ComputeType.Auto ? MatmulPeak.Faster(Device) : computeType;
    }

    /// <summary>The device of parameters and batches.</summary>
    public Device Device { get; }

    /// <summary>Never Auto.</summary>
    public ComputeType ComputeType { get; }

    /// <summary>The compute type as TorchSharp names it.</summary>
    public ScalarType ScalarType => ComputeType switch
    {
        ComputeType.Bf16 => ScalarType.BFloat16,
        ComputeType.F64 => ScalarType.Float64,
        _ => ScalarType.Float32,
    };

    /// <summary>The type of trainable weights: f32, or f64 where all is computed in it.</summary>
    internal ScalarType MasterType => ComputeType == ComputeType.F64 ? ScalarType.Float64 : ScalarType.Float32;

    /// <summary>Threads of one operation, at least 1.</summary>
    public int Threads { get; }

    /// <summary>The seed all streams derive from.</summary>
    public long Seed { get; }

    /// <summary>The random stream of a purpose.</summary>
    public RandomStream Stream(params ReadOnlySpan<string> path) => new(Seed, path);
}
