using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Torch;

/// <summary>Operations of libtorch that TorchSharp does not bind, reached through TorchScript. All scripts of the project stand in this file.</summary>
/// <remarks>
/// A script that does not compile ends the process, and so does an unknown function name: the text is constant and every function has a test against a composed reference. Compiled once, on
/// first use. Scalars are passed as <see cref="Scalars"/>, because TorchScript's caller would make short-lived ones.
/// </remarks>
public static class Kernels
{
    private const string Script = """
        def adamw(params: List[Tensor], grads: List[Tensor], exp_avgs: List[Tensor], exp_avg_sqs: List[Tensor], steps: List[Tensor], lr: Tensor, beta1: float, beta2: float, decay: float, eps: float) -> int:
            torch._fused_adamw_(params, grads, exp_avgs, exp_avg_sqs, [], steps, lr=lr, beta1=beta1, beta2=beta2, weight_decay=decay, eps=eps, amsgrad=False, maximize=False)
            return 0

        def foreach_norm(tensors: List[Tensor]) -> Tensor:
            return torch.stack(torch._foreach_norm(tensors, 2.0))

        def embedding(weight: Tensor, ids: Tensor) -> Tensor:
            return torch.embedding(weight, ids)

        def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
            return torch.rms_norm(x, [x.size(-1)], weight, eps)

        def layer_norm(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
            return torch.layer_norm(x, [x.size(-1)], weight, bias, eps)

        def gelu(x: Tensor) -> Tensor:
            return torch.gelu(x)

        def gelu_tanh(x: Tensor) -> Tensor:
            return torch.gelu(x, approximate="tanh")

        def attention(q: Tensor, k: Tensor, v: Tensor, mask: Optional[Tensor], causal: bool, scale: float, grouped: bool) -> Tensor:
            return torch.scaled_dot_product_attention(q, k, v, mask, 0.0, causal, scale=scale, enable_gqa=grouped)
        """;

    private static readonly Lazy<jit.CompilationUnit> Unit = new(() => jit.compile(Script + "\n"));

    /// <summary>One AdamW step (decoupled decay, bias correction) over lists of equal length, in place; libtorch's fused kernel.</summary>
    /// <param name="parameters">f32 tensors; changed.</param>
    /// <param name="gradients">Same shapes.</param>
    /// <param name="firstMoments">Same shapes; changed.</param>
    /// <param name="secondMoments">Same shapes; changed.</param>
    /// <param name="steps">One f32 number each: the count of the step that is taken, 1 for the first.</param>
    /// <param name="learningRate">One f32 number.</param>
    /// <param name="beta1">Decay of the first moment.</param>
    /// <param name="beta2">Decay of the second moment.</param>
    /// <param name="weightDecay">Decoupled weight decay.</param>
    /// <param name="epsilon">Added to the root of the second moment.</param>
    public static void AdamW(
        Tensor[] parameters, Tensor[] gradients, Tensor[] firstMoments, Tensor[] secondMoments, Tensor[] steps, Tensor learningRate, Scalar beta1, Scalar beta2, Scalar weightDecay, Scalar epsilon) =>
        Unit.Value.invoke("adamw", parameters, gradients, firstMoments, secondMoments, steps, learningRate, beta1, beta2, weightDecay, epsilon);

    /// <summary>The Euclidean norm of each tensor.</summary>
    /// <returns>[number of tensors]</returns>
    public static Tensor ForeachNorm(Tensor[] tensors) => (Tensor)Unit.Value.invoke("foreach_norm", [tensors]);

    /// <summary>Rows of a matrix by index, with the fast deterministic gradient of libtorch's embedding.</summary>
    /// <param name="weight">[vocabulary, width]</param>
    /// <param name="ids">int64, any shape.</param>
    /// <returns>[shape of ids, width]</returns>
    public static Tensor Embedding(Tensor weight, Tensor ids) => (Tensor)Unit.Value.invoke("embedding", weight, ids);

    /// <summary>libtorch's own RMS norm over the last dimension (composed of single operations on a CPU).</summary>
    public static Tensor RmsNorm(Tensor x, Tensor weight, Scalar epsilon) => (Tensor)Unit.Value.invoke("rms_norm", x, weight, epsilon);

    /// <summary>Layer normalisation over the last dimension, fused; weights may be f32 under bf16 activations.</summary>
    public static Tensor LayerNorm(Tensor x, Tensor weight, Tensor bias, Scalar epsilon) => (Tensor)Unit.Value.invoke("layer_norm", x, weight, bias, epsilon);

    /// <summary>x times the normal distribution's function of x.</summary>
    public static Tensor Gelu(Tensor x) => (Tensor)Unit.Value.invoke("gelu", [x]);

    /// <summary>The same by the approximation with tanh that GPT-2 was trained with.</summary>
    public static Tensor GeluTanh(Tensor x) => (Tensor)Unit.Value.invoke("gelu_tanh", [x]);

    /// <summary>Scaled dot-product attention.</summary>
    /// <param name="q">[batch, heads, queries, head width]</param>
    /// <param name="k">[batch, key heads, keys, head width]; a divisor of heads if <paramref name="grouped"/>.</param>
    /// <param name="v">As <paramref name="k"/>.</param>
    /// <param name="mask">Added to the scores, broadcast to [batch, heads, queries, keys]; or null.</param>
    /// <param name="causal">Query i sees keys up to i. Not together with a mask.</param>
    /// <param name="scale">Factor of the scores.</param>
    /// <param name="grouped">Several query heads share a key head.</param>
    /// <returns>[batch, heads, queries, head width]</returns>
    public static Tensor Attention(Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal, Scalar scale, bool grouped) =>
        (Tensor)Unit.Value.invoke("attention", q, k, v, mask!, causal, scale, grouped);
}
