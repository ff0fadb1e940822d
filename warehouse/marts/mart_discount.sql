-- What was sold at each discount rate, and what the discount cost, in the base currency.
-- grain: discount_rate
-- needs: fct_sales.discount_rate
with

sales as (
    select * from fct_sales
),

rates as (
    select
        discount_rate,
        count(distinct case when not is_return then order_id end) as orders,
        count(*) as lines,
        sum(quantity) as units,
        sum(case when not is_return then net_amount_base + to_base(discount_amount, fx_rate) end) as gross,
        sum(case when not is_return then to_base(discount_amount, fx_rate) end) as discount,
        sum(case when is_return then -net_amount_base else 0 end) as returns,
        sum(net_amount_base) as revenue
    from sales
    group by discount_rate
),

final as (
    select
        *,
        safe_ratio(revenue, sum(revenue) over ()) as revenue_share
    from rates
)

select * from final
