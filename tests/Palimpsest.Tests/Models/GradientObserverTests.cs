using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Models;

/// <summary>What observers see adds up to the gradients of the weights, everywhere in a model: in products that share an input, in the tied head, in norms, and
/// where blocks are computed again.</summary>
public sealed class GradientObserverTests
{
    [Theory]
    [InlineData("llama", false)]
    [InlineData("llama", true)]
    [InlineData("gpt2", false)]
    [InlineData("gpt2", true)]
    public void Observers_EveryWeight_SeeWhatItsGradientIsMadeOf(string family, bool recompute)
    {
        using CausalModel model = ModelFolder.Load(TestContexts.Golden(family), TestContexts.F32());
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, float[]> plain = Gradients(model, recompute);
        Dictionary<string, Adder> observers = Attach(model, keeps: true);
        Dictionary<string, float[]> kept = Gradients(model, recompute);
        Assert.All(plain, gradient => Close(gradient.Value, kept[gradient.Key], 1e-5));
        Assert.True(observers.Count > 20);
        bool tied = model.Config.TiedEmbeddings;
        foreach ((string name, Adder adder) in observers)
        {
            // A tied matrix meets two observers, whose shares add up.
            float[] seen = tied && name == model.Config.EmbeddingName ? [.. adder.Sum.Zip(observers["head"].Sum, (a, b) => a + b)] : adder.Sum;
            if (name != "head" || !tied)
            {
                Close(plain[name == "head" ? model.Config.HeadName : name], seen, 2e-5);
            }
        }
    }

    [Theory]
    [InlineData("llama", false)]
    [InlineData("gpt2", true)]
    public void Observers_ThatKeepNoGradient_SuppressItAndSeeTheSame(string family, bool recompute)
    {
        using CausalModel model = ModelFolder.Load(TestContexts.Golden(family), TestContexts.F32());
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Adder> observers = Attach(model, keeps: true);
        Gradients(model, recompute);
        Dictionary<string, float[]> before = observers.ToDictionary(item => item.Key, item => item.Value.Sum);
        observers = Attach(model, keeps: false);
        Dictionary<string, float[]> none = Gradients(model, recompute);
        Assert.All(before, item => Close(item.Value, observers[item.Key].Sum, 1e-5));
        Assert.All(none.Where(gradient => observers.ContainsKey(gradient.Key)), gradient => Assert.All(gradient.Value, value => Assert.Equal(0f, value)));
    }

    private static Dictionary<string, Adder> Attach(CausalModel model, bool keeps)
    {
        Dictionary<string, Adder> observers = [];
        foreach ((string name, Palimpsest.Models.Layers.Linear layer) in model.Linears)
        {
            string key = ReferenceEquals(layer, model.Head) ? "head" : name + ".weight";
            layer.Observer = observers[key] = new Adder(keeps, (input, gradient) => gradient.t().mm(input));
        }

        foreach ((string name, Palimpsest.Models.Layers.INorm norm) in model.Norms)
        {
            norm.Observer = observers[name + ".weight"] = new Adder(keeps, (input, gradient) => gradient.mul(input).sum(dim: 0));
        }

        long[] shape = model.Embedding.Weight.shape;
        model.Embedding.Observer = observers[model.Config.EmbeddingName] =
            new Adder(keeps, (ids, gradient) => zeros(shape).index_add_(0, ids, gradient, Scalars.One));
        return observers;
    }

    private static Dictionary<string, float[]> Gradients(CausalModel model, bool recompute)
    {
        using DisposeScope scope = NewDisposeScope();
        model.RecomputeBlocks = recompute;
        model.Parameters.Flat!.ZeroGradients();
        long[] ids = [.. Enumerable.Range(0, 40).Select(i => (long)(i * 37 % 150))];
        Tensor hidden = model.Hidden(tensor(ids, [2, 20]));
        Autograd.Backward(model.LossSum(hidden, [.. Enumerable.Range(0, 19).Select(i => (long)i)], ids[1..20]));
        model.RecomputeBlocks = false;
        return model.Parameters.Layout.Slots.ToDictionary(slot => slot.Name, slot => TensorBytes.ToArray(model.Parameters[slot.Name].grad!));
    }

    private static void Close(float[] expected, float[] actual, double tolerance)
    {
        double largest = Math.Max(1e-12, expected.Max(Math.Abs));
        Assert.Equal(expected.Length, actual.Length);
        Assert.InRange(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max() / largest, 0, tolerance);
    }

    private sealed class Adder(bool keeps, Func<Tensor, Tensor, Tensor> product) : IGradientObserver
    {
        public float[] Sum { get; private set; } = [];

        public bool KeepsGradient => keeps;

        public void Observe(Tensor input, Tensor outputGradient, long firstRow)
        {
            float[] part = TensorBytes.ToArray(product(input, outputGradient));
            Sum = Sum.Length == 0 ? part : [.. Sum.Zip(part, (a, b) => a + b)];
        }
    }
}
