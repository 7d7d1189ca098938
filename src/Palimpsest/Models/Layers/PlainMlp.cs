using static TorchSharp.torch;

namespace Palimpsest.Models.Layers;

/// <summary>The plain two-layer perceptron: down(activation(up(x))).</summary>
internal sealed class PlainMlp : IFeedForward
{
    private readonly Linear _up, _down;
    private readonly Func<Tensor, Tensor> _activation;
    private readonly HookPoints _hooks;
    private readonly string _prefix;

    public PlainMlp(int layer, Linear up, Func<Tensor, Tensor> activation, Linear down, HookPoints hooks)
    {
        (_up, _activation, _down, _hooks, _prefix) = (up, activation, down, hooks, $"blocks.{layer}.mlp.");
        hooks.DeclareInBlock(layer, "mlp.hook_pre", "mlp.hook_post");
    }

    public Tensor Forward(Tensor x) =>
        _down.Forward(_hooks.Apply(_prefix, "hook_post", _activation(_hooks.Apply(_prefix, "hook_pre", _up.Forward(x)))));
}
