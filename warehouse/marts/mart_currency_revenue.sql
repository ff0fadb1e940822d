-- What was taken in each currency each month, as paid and in the base currency.
-- grain: currency, month
-- needs: fct_sales.currency
with

sales as (
    select
        *,
        month_of(sales_day) as month
    from fct_sales
),

months as (
    select
        currency,
        month,
        count(distinct case when not is_return then order_id end) as orders,
        count(*) as lines,
        sum(net_amount) as net_amount,
        sum(net_amount_base) as revenue
    from sales
    group by currency, month
),

final as (
    select
        *,
        safe_ratio(net_amount, revenue) as average_rate
    from months
)

select * from final
