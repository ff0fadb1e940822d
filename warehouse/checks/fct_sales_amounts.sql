-- The amounts of a line agree: net = gross − discount, and a rate of 1 changes nothing.
with

-- The lines that break any rule: all lines are read once, and these few by each rule.
sales as (
    select * from fct_sales
    where
        gross_amount - coalesce(discount_amount, 0) <> net_amount
        or (fx_rate = 1 and net_amount <> net_amount_base)
        or (fx_rate = 1 and cost_amount <> cost_amount_base)
        or fx_rate <= 0
),

final as (
    select
        sale_id,
        'net_amount = gross_amount - discount_amount' as rule,
        gross_amount - coalesce(discount_amount, 0) as expected,
        net_amount as seen
    from sales
    where gross_amount - coalesce(discount_amount, 0) <> net_amount
    union all
    select
        sale_id,
        'net_amount_base = net_amount at a rate of 1' as rule,
        net_amount as expected,
        net_amount_base as seen
    from sales
    where fx_rate = 1 and net_amount <> net_amount_base
    union all
    select
        sale_id,
        'cost_amount_base = cost_amount at a rate of 1' as rule,
        cost_amount as expected,
        cost_amount_base as seen
    from sales
    where fx_rate = 1 and cost_amount <> cost_amount_base
    union all
    select
        sale_id,
        'fx_rate is above 0' as rule,
        null as expected,
        fx_rate as seen
    from sales
    where fx_rate <= 0
)

select * from final
