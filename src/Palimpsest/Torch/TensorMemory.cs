using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Palimpsest.Torch;

/// <summary>The memory of contiguous tensors on the CPU.</summary>
internal static unsafe class TensorMemory
{
    /// <summary>Where the elements of a tensor begin. The tensor must outlive the use of the address and have at least one element.</summary>
    public static void* Address(Tensor tensor)
    {
        // Of one element: a span of the whole would end at 2 GiB.
        using Tensor flat = tensor.view(-1);
        using Tensor head = flat.narrow(0, 0, 1);
        return Unsafe.AsPointer(ref MemoryMarshal.GetReference(head.bytes));
    }
}
