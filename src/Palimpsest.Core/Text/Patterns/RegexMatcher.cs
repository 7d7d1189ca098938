using System.Buffers;

namespace Palimpsest.Text.Patterns;

/// <summary>Runs a compiled pattern over one text. Places to come back to lie on a stack of its own, three numbers each, so neither depth nor length can overflow the thread's stack.</summary>
internal ref struct RegexMatcher(RegexInstruction[] code, int registers, ReadOnlySpan<char> text)
{
    private const int MaximumStack = 12_000_000;

    // Kinds of entries that are not a plain instruction number.
    private const int Restore = 1 << 24;
    private const int GiveBack = 1 << 25;
    private const int TakeMore = 1 << 26;

    private readonly ReadOnlySpan<char> _text = text;
    private readonly int[] _marks = registers == 0 ? [] : new int[registers];
    private int[] _stack = ArrayPool<int>.Shared.Rent(192);
    private int _top;
    private long _budget = 5_000_000 + (1_000L * text.Length);

    /// <summary>The end of the match that starts at <paramref name="at"/>, or -1.</summary>
    public int Match(int start, int at)
    {
        int bottom = _top;
        int end = Run(start, at, bottom);
        _top = bottom;
        return end;
    }

    public readonly void Dispose() => ArrayPool<int>.Shared.Return(_stack);

    private int Run(int pc, int at, int bottom)
    {
        while (true)
        {
            if (--_budget < 0)
                throw new RegexBudgetException();
            ref readonly RegexInstruction step = ref code[pc];
            bool matched = true;
            switch (step.Operation)
            {
                case RegexOperation.Match:
                    return at;
                case RegexOperation.One:
                    matched = Take(step.Item!, ref at);
                    pc++;
                    break;
                case RegexOperation.Run:
                    matched = TakeRun(in step, pc, ref at);
                    pc++;
                    break;
                case RegexOperation.Fork:
                    Push(step.Target, at, 0);
                    pc++;
                    break;
                case RegexOperation.ForkAway:
                    Push(pc + 1, at, 0);
                    pc = step.Target;
                    break;
                case RegexOperation.Jump:
                    pc = step.Target;
                    break;
                case RegexOperation.Mark:
                    Push(Restore | step.Low, _marks[step.Low], 0);
                    _marks[step.Low] = at;
                    pc++;
                    break;
                case RegexOperation.Progress:
                    // A round that consumed nothing ends the loop: the jump back is skipped.
                    pc += _marks[step.Low] == at ? 2 : 1;
                    break;
                case RegexOperation.Look:
                    matched = Look(in step, pc, at);
                    pc = step.Target;
                    break;
                case RegexOperation.Atomic:
                    int end = Match(pc + 1, at);
                    matched = end >= 0;
                    at = end;
                    pc = step.Target;
                    break;
                case RegexOperation.Anchor:
                    matched = IsAt((char)step.Low, at);
                    pc++;
                    break;
            }

            if (!matched && !Back(bottom, ref pc, ref at))
                return -1;
        }
    }

    // Returns to the latest place where there was a choice.
    private bool Back(int bottom, ref int pc, ref int at)
    {
        while (_top > bottom)
        {
            _top -= 3;
            int kind = _stack[_top], first = _stack[_top + 1], second = _stack[_top + 2];
            if ((kind & Restore) != 0)
            {
                _marks[kind & ~Restore] = first;
                continue;
            }

            pc = kind & (Restore - 1);
            at = first;
            if ((kind & GiveBack) != 0)
            {
                // first is the end of the run, second the least it must keep.
                CodePoints.Before(_text, at, out int length);
                at -= length;
                if (at > second)
                    Push(kind, at, second);
                pc++;
            }
            else if ((kind & TakeMore) != 0)
            {
                // second is how many code points may still be taken.
                if (!Take(code[pc].Item!, ref at))
                    continue;
                if (second > 1)
                    Push(kind, at, second - 1);
                pc++;
            }

            return true;
        }

        return false;
    }

    private readonly bool Take(RegexNode.OneOf item, ref int at)
    {
        if (at >= _text.Length)
            return false;
        int codePoint = CodePoints.At(_text, at, out int length);
        if (item.Set is null ? codePoint != item.Single : !item.Set.Contains(codePoint))
            return false;
        at += length;
        return true;
    }

    private bool TakeRun(ref readonly RegexInstruction step, int pc, ref int at)
    {
        int count = 0, least = at, limit = step.Greed == RegexGreed.Lazy ? step.Low : step.High, start = at;
        while (count < limit && Take(step.Item!, ref at))
        {
            if (++count == step.Low)
                least = at;
        }

        _budget -= (at - start) >> 2;
        if (count < step.Low)
            return false;
        if (step.Greed == RegexGreed.Greedy && at > least)
            Push(GiveBack | pc, at, least);
        else if (step.Greed == RegexGreed.Lazy && step.High > step.Low)
            Push(TakeMore | pc, at, step.High == int.MaxValue ? int.MaxValue : step.High - step.Low);
        return true;
    }

    private bool Look(ref readonly RegexInstruction step, int pc, int at)
    {
        for (int i = 0; i < step.High; i++)
        {
            if (at == 0)
                return step.Low == 1;
            CodePoints.Before(_text, at, out int length);
            at -= length;
        }

        return Match(pc + 1, at) >= 0 != (step.Low == 1);
    }

    private readonly bool IsAt(char kind, int at) => kind switch
    {
        '^' => at == 0 || _text[at - 1] == '\n',
        '$' => at == _text.Length || _text[at] == '\n',
        'A' => at == 0,
        'z' => at == _text.Length,
        'Z' => at == _text.Length || (at == _text.Length - 1 && _text[at] == '\n'),
        _ => (WordBefore(at) != WordAfter(at)) == (kind == 'b'),
    };

    private readonly bool WordBefore(int at) => at > 0 && CodePointSet.Word.Contains(CodePoints.Before(_text, at, out _));

    private readonly bool WordAfter(int at) => at < _text.Length && CodePointSet.Word.Contains(CodePoints.At(_text, at, out _));

    private void Push(int kind, int first, int second)
    {
        if (_top + 3 > _stack.Length)
            Grow();
        _stack[_top] = kind;
        _stack[_top + 1] = first;
        _stack[_top + 2] = second;
        _top += 3;
    }

    private void Grow()
    {
        if (_stack.Length >= MaximumStack)
            throw new RegexBudgetException();
        int[] larger = ArrayPool<int>.Shared.Rent(_stack.Length * 2);
        _stack.AsSpan(0, _top).CopyTo(larger);
        ArrayPool<int>.Shared.Return(_stack);
        _stack = larger;
    }
}
