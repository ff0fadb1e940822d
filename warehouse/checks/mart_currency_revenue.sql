-- Each currency and month stands in the mart once, with the lines and both amounts of its sales.
with

expected as (
    select
        currency,
        month_of(sales_day) as month,
        count(*) as lines,
        sum(net_amount_base) as revenue,
        sum(net_amount) as net_amount
    from fct_sales
    group by currency, month_of(sales_day)
),

sides as (
    select
        1 as expected,
        0 as seen,
        currency,
        month,
        lines,
        revenue,
        net_amount
    from expected
    union all
    select
        0 as expected,
        1 as seen,
        currency,
        month,
        lines,
        revenue,
        net_amount
    from mart_currency_revenue
),

final as (
    select
        currency,
        month,
        lines,
        revenue,
        net_amount,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by currency, month, lines, revenue, net_amount
    having sum(expected) <> sum(seen)
)

select * from final
