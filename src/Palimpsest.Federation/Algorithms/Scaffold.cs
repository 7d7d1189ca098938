using System.Numerics.Tensors;
using Palimpsest.Federation.Rounds;
using Palimpsest.Training.Checkpoints;
using Palimpsest.Training.Optimizers;

namespace Palimpsest.Federation.Algorithms;

/// <summary>Settings of SCAFFOLD.</summary>
public sealed record ScaffoldOptions : FederatedAlgorithmOptions
{
    /// <summary>Whether a client's variate is its gradient over all its examples where the round began (the paper's option I), which costs one step more over
    /// one batch of them all, and not the mean gradient of its steps (option II), which costs nothing.</summary>
    /// <value>The default is false.</value>
    public bool FullGradient { get; init; }
}

/// <summary>Takes out of each client's gradient what sets its data apart: gradient - c_i + c, with a variate c of the server and c_i of each client.</summary>
/// <remarks>
/// Karimireddy et al., SCAFFOLD, ICML 2020, algorithm 1. Doubles the bytes both ways and keeps a vector for each client. The paper's clients step by plain SGD.
/// With momentum β the sum of their gradients counts each by (1 - β^j) / (1 - β), j from the last step, and the mean is taken with these weights: without
/// momentum that is K. Weight decay and clipping are part of the gradient here.
/// </remarks>
internal sealed class Scaffold(ScaffoldOptions options) : FederatedAlgorithm(options.Proximal)
{
    private const string Name = "control";

    /// <inheritdoc/>
    public override string Settings => OptionsHash.Text(options);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Variates => [Name];

    /// <inheritdoc/>
    public override IReadOnlyList<string> ClientVectors => [Name];

    // I: c_i+ = gradient at w        II: c_i+ = c_i - c + (w - p_K) / (K η)        up: p_K - w and c_i+ - c_i
    /// <inheritdoc/>
    public override void Train(ClientWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        LocalTraining training = work.Training;
        if (training.Options is not { Optimizer: SgdOptions { Nesterov: false, DecoupledWeightDecay: false } sgd, LearningRate: double rate })
        {
            throw new PalimpsestException("SCAFFOLD needs a client's gradients, which it reads off plain steps: say learning_rate and choose sgd "
                + "without nesterov and decoupled_weight_decay for the clients.");
        }

        // A vector of its own: what the client keeps must not change while the change of it is being made.
        float[] next = new float[work.Start.Length];
        if (options.FullGradient)
        {
            work.Training = training with
            {
                Options = training.Options with
                {
                    Epochs = 1,
                    BatchSize = 1 << 30,
                    MostSteps = 1,
                    LearningRate = 1,
                    Optimizer = sgd with { Momentum = 0 },
                },
            };
            work.Train();
            TensorPrimitives.Subtract(work.Start, work.End, next);
        }

        ReadOnlySpan<float> server = work.Variate(Name);
        Span<float> own = work.Vector(Name);
        float[] shift = new float[next.Length];
        TensorPrimitives.Subtract(server, own, shift);
        work.Training = training with { Edits = [.. training.Edits, new ShiftEdit(shift)] };
        base.Train(work);
        if (work.Result.Steps == 0)
        {
            return;
        }

        if (!options.FullGradient)
        {
            TensorPrimitives.Subtract(work.Start, work.End, next);
            TensorPrimitives.Multiply(next, (float)(1 / (rate * Counted(work.Result.Steps, sgd.Momentum))), next);
            TensorPrimitives.Subtract(next, shift, next);
        }

        TensorPrimitives.Subtract(next, own, work.Change(Name));
        next.CopyTo(own);
    }

    private static double Counted(int steps, double momentum)
    {
        double counted = 0;
        for (int j = 1; j <= steps; j++)
        {
            counted += (1 - Math.Pow(momentum, j)) / (1 - momentum);
        }

        return counted;
    }
}
