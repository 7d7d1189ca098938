using System.Security.Cryptography;
using System.Text;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Reasoning.Rollouts;

/// <summary>What a model is, as a hash: names, shapes and values of all its parameters.</summary>
internal static class WeightsHash
{
    /// <summary>The hash of the weights as they are now; an adapter counts as no part of them.</summary>
    public static byte[] Of(CausalModel model)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{model.Config}|{model.Context.ComputeType}"));
        using IDisposable noGrad = no_grad();
        foreach (ParameterSlot slot in model.Parameters.Layout.Slots)
        {
            using DisposeScope scope = NewDisposeScope();
            hash.AppendData(Encoding.UTF8.GetBytes(slot.Name));
            hash.AppendData(model.Parameters[slot.Name].contiguous().bytes);
        }

        return hash.GetHashAndReset();
    }
}
