using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Torch.Functions;

/// <summary>Chooses between a managed kernel and its form composed of libtorch's operations: the kernels take f32 and bf16 on a CPU, everything else is
/// composed.</summary>
internal static class KernelChoice
{
    [ThreadStatic]
    private static int s_composed;

    /// <summary>Whether a managed kernel takes a tensor.</summary>
    public static bool IsManaged(Tensor x) => s_composed == 0 && x.device_type == DeviceType.CPU && x.dtype is (ScalarType.Float32 or ScalarType.BFloat16);

    /// <summary>Lets this thread take the composed forms until the result is disposed, for checks.</summary>
    public static IDisposable Composed()
    {
        s_composed++;
        return new Ending();
    }

    private sealed class Ending : IDisposable
    {
        public void Dispose() => s_composed--;
    }
}
