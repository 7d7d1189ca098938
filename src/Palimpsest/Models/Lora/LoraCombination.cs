using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Lora;

/// <summary>Makes several adapters of one model into one, as PEFT's <c>add_weighted_adapter</c> does.</summary>
/// <remarks>
/// With the weights w, the scales s and v = |w s|: linear A = Σ sign(w) sqrt(v) A_i, B = Σ sqrt(v) B_i; cat A = [w s A_i], B = [B_i]; svd U S V^T = Σ w s B_i A_i with B = U S and A = V^T.
/// Ties keeps the int(density n) largest entries of each matrix, elects a sign for each entry by the sum of what is kept (0 counts as positive) and averages the weighted entries of that sign
/// over their number. The result has alpha = rank, so its scale is 1.
/// </remarks>
public static class LoraCombination
{
    /// <summary>Combines adapters into a new one, which is not active yet.</summary>
    /// <param name="adapters">At least one, all of the same model and with plain low-rank updates of linear layers.</param>
    /// <param name="weights">One an adapter; may be negative.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="PalimpsestException">An adapter holds more than low-rank updates, or the ranks differ where they must not.</exception>
    public static LoraAdapter Combine(IReadOnlyList<LoraAdapter> adapters, IReadOnlyList<double> weights, LoraCombinationOptions options)
    {
        ArgumentNullException.ThrowIfNull(adapters);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(options);
        if (adapters.Count == 0 || weights.Count != adapters.Count || adapters.Any(adapter => !ReferenceEquals(adapter.Model, adapters[0].Model)))
        {
            throw new ArgumentException("There must be at least one adapter, all of one model, and a weight for each.", nameof(adapters));
        }

        Check(adapters, options);
        string[] names = [.. adapters.SelectMany(adapter => adapter.Modules).Select(module => module.Name).Distinct()];
        int rank = Rank(adapters, options);
        LoraAdapter result = LoraAdapter.Create(adapters[0].Model, new LoraOptions { Rank = rank, Alpha = rank, Targets = names }, new Numerics.RandomStream(0));
        using IDisposable noGrad = no_grad();
        foreach (LoraModule module in result.Modules)
        {
            using DisposeScope scope = NewDisposeScope();
            Part[] parts = [.. adapters.Zip(weights, (adapter, weight) => Part.Of(adapter, module, weight)).OfType<Part>()];
            (Tensor a, Tensor b) = options.Kind switch
            {
                LoraCombinationKind.Cat => Concatenated(adapters, weights, module),
                LoraCombinationKind.Svd => Decomposed(parts, rank),
                _ => (Summed([.. parts.Select(part => part.A)], [.. parts.Select(part => Math.Sign(part.Factor) * Math.Sqrt(Math.Abs(part.Factor)))], options),
                    Summed([.. parts.Select(part => part.B)], [.. parts.Select(part => Math.Sqrt(Math.Abs(part.Factor)))], options)),
            };
            result.Parameters[LoraPlan.A(module)].copy_(a);
            result.Parameters[LoraPlan.B(module)].copy_(b);
        }

        return result;
    }

    private static void Check(IReadOnlyList<LoraAdapter> adapters, LoraCombinationOptions options)
    {
        if (options.Density is not (> 0 and <= 1))
        {
            throw new PalimpsestException("density must be above 0 and at most 1.");
        }

        if (adapters.Any(adapter => adapter.Embedding is not null || adapter.Replaced.Any() || adapter.Options.Dora || adapter.Options.LoraBias))
        {
            throw new PalimpsestException("Only adapters with plain updates of linear layers can be combined: no modules_to_save, biases, embeddings, tokens or DoRA. Use one of them alone.");
        }
    }

    private static int Rank(IReadOnlyList<LoraAdapter> adapters, LoraCombinationOptions options)
    {
        int[] ranks = [.. adapters.Select(adapter => adapter.Modules.Select(module => module.Rank).Distinct().ToArray() is [int one]
            ? one
            : throw new PalimpsestException("Only adapters with one rank for all modules can be combined: no rank_pattern."))];
        return options.Kind switch
        {
            LoraCombinationKind.Cat => ranks.Sum(),
            LoraCombinationKind.Svd => options.Rank ?? ranks.Max(),
            _ when ranks.Distinct().Count() > 1 => throw new PalimpsestException($"The adapters have the ranks {string.Join(", ", ranks)}, but {options.Kind} needs equal ones. Use Cat or Svd."),
            _ => ranks[0],
        };
    }

    // A module that an adapter leaves alone keeps zeros in that adapter's rows.
    private static (Tensor A, Tensor B) Concatenated(IReadOnlyList<LoraAdapter> adapters, IReadOnlyList<double> weights, LoraModule module)
    {
        List<Tensor> a = [], b = [];
        long used = 0;
        foreach (Part part in adapters.Zip(weights, (adapter, weight) => Part.Of(adapter, module, weight)).OfType<Part>())
        {
            a.Add(Ops.Scale(part.A, part.Factor));
            b.Add(part.B);
            used += part.A.size(0);
        }

        a.Add(zeros(module.Rank - used, module.Inputs, device: a[0].device));
        b.Add(zeros(module.Outputs, module.Rank - used, device: a[0].device));
        return (cat([.. a], 0), cat([.. b], 1));
    }

    private static (Tensor A, Tensor B) Decomposed(Part[] parts, int rank)
    {
        Tensor sum = parts.Select(part => Ops.Scale(part.B.mm(part.A), part.Factor)).Aggregate(Ops.Add);
        (Tensor u, Tensor s, Tensor vh) = linalg.svd(sum, false);
        long kept = Math.Min(rank, s.size(0));
        Tensor a = zeros(rank, sum.size(1), device: sum.device), b = zeros(sum.size(0), rank, device: sum.device);
        a.narrow(0, 0, kept).copy_(vh.narrow(0, 0, kept));
        b.narrow(1, 0, kept).copy_(u.narrow(1, 0, kept).mul(s.narrow(0, 0, kept)));
        return (a, b);
    }

    private static Tensor Summed(Tensor[] tensors, double[] weights, LoraCombinationOptions options)
    {
        if (options.Kind == LoraCombinationKind.Linear)
        {
            return tensors.Zip(weights, Ops.Scale).Aggregate(Ops.Add);
        }

        Tensor[] kept = [.. tensors.Select(tensor => Pruned(tensor, options.Density))];
        Tensor[] weighted = [.. kept.Zip(weights, Ops.Scale)];
        if (options.Kind == LoraCombinationKind.MagnitudePrune)
        {
            return weighted.Aggregate(Ops.Add);
        }

        Tensor votes = (options.SignByCount ? kept.Select(tensor => tensor.sign()) : kept).Aggregate(Ops.Add);
        Tensor positive = votes.ge(Scalars.Zero);
        Tensor[] agrees = [.. kept.Select(tensor => where(positive, tensor.gt(Scalars.Zero), tensor.lt(Scalars.Zero)).to_type(ScalarType.Float32))];
        return weighted.Zip(agrees, (tensor, mask) => tensor.mul(mask)).Aggregate(Ops.Add).div(agrees.Aggregate(Ops.Add).clamp_min(Scalars.One));
    }

    private static Tensor Pruned(Tensor tensor, double density)
    {
        Tensor flat = tensor.reshape(-1);
        int count = (int)(density * flat.size(0));
        (_, Tensor indices) = flat.abs().topk(count);
        Tensor mask = zeros_like(flat);
        mask.index_fill_(0, indices, Scalars.One);
        return flat.mul(mask).view(tensor.shape);
    }

    /// <summary>The update of one adapter on one module.</summary>
    private sealed record Part(Tensor A, Tensor B, double Factor)
    {
        public static Part? Of(LoraAdapter adapter, LoraModule module, double weight) => adapter.Modules.FirstOrDefault(item => item.Name == module.Name) is LoraModule own
            ? new Part(adapter.Parameters[LoraPlan.A(own)], adapter.Parameters[LoraPlan.B(own)], weight * own.Scale)
            : null;
    }
}
