using Palimpsest.Data.Gguf;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Torch.Packed;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Sources;

/// <summary>Fills a parameter store from any source.</summary>
internal static class StoreLoader
{
    /// <summary>Lays out the parameters of a model that a file describes.</summary>
    /// <exception cref="PalimpsestException">Their number is beyond any file.</exception>
    public static ParameterLayout LayoutOf(string path, IEnumerable<(string Name, long[] Shape)> parameters, IReadOnlyDictionary<string, string>? tied = null)
    {
        try
        {
            return new ParameterLayout(parameters, tied);
        }
        catch (OverflowException error)
        {
            throw new PalimpsestException($"{path}: describes a model of more parameters than any file can hold; the configuration is damaged.", error);
        }
    }

    /// <summary>Loads all parameters.</summary>
    /// <param name="layout">The parameters.</param>
    /// <param name="context">Device and compute type.</param>
    /// <param name="mode">Trainable in f32, or frozen in the compute type.</param>
    /// <param name="config">Says which parameters are embeddings and which the head.</param>
    /// <param name="stored">Where the values come from.</param>
    public static ParameterStore Load(ParameterLayout layout, TorchContext context, LoadMode mode, ModelConfig config, StoredParameters stored)
    {
        using IDisposable noGrad = no_grad();
        long mappedBytes = 0;
        Dictionary<string, PackedTensor> packed = new(StringComparer.Ordinal);
        ParameterStore store = mode switch
        {
            LoadMode.Trainable => ParameterStore.Trainable(layout, context.Device, stored.Fill),
            LoadMode.TrainableHidden => ParameterStore.Partly(layout, slot => !config.IsEmbedding(slot.Name), context.Device, stored.Fill, Frozen),
            LoadMode.TrainableHead => ParameterStore.Partly(layout, slot => config.IsHead(slot.Name), context.Device, stored.Fill, Frozen),
            _ => ParameterStore.Frozen(layout, Frozen),
        };
        (store.MappedBytes, store.Packed) = (mappedBytes, packed);
        return store;

        // Norm weights stay f32, as the norms compute in it; matrices take the compute type once, here, and not at every use.
        Tensor Frozen(ParameterSlot slot)
        {
            ScalarType wanted = slot.Shape.Count == 1 ? ScalarType.Float32 : context.ScalarType;
            if (mode is (LoadMode.Packed or LoadMode.PackedCopied) && slot.Shape.Count == 2
                && stored.TryKeep(slot, mode == LoadMode.PackedCopied) is StoredMatrix kept)
            {
                mappedBytes += kept.IsMapped ? kept.Tensor.NumberOfElements * kept.Tensor.ElementSize : 0;
                if (kept.Blocks is GgufTensorType blocks)
                {
                    packed[slot.Name] = new PackedTensor(blocks, kept.Tensor, slot.Shape[1]);
                }

                return kept.Tensor;
            }

            if (mode is (LoadMode.Mapped or LoadMode.TrainableHead) && context.Device.type == DeviceType.CPU && stored.TryMap(slot, wanted) is Tensor mapped)
            {
                mappedBytes += slot.Count * mapped.ElementSize;
                return mapped;
            }

            Tensor copied = empty([.. slot.Shape], wanted, context.Device);
            stored.Fill(slot, copied);
            return copied;
        }
    }
}
