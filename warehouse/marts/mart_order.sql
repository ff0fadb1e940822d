-- Every order in one row. Where its lines disagree, the first day and the least id stand for all.
-- grain: order_id
-- kind: view
with

sales as (
    select * from fct_sales
),

final as (
    select
        order_id,
        min(sales_day) as sales_day,
        max(delivered_day) as delivered_day,
        min(customer_id) as customer_id,
        min(store_id) as store_id,
        min(employee_id) as employee_id,
        min(channel) as channel,
        min(currency) as currency,
        count(*) as lines,
        sum(quantity) as units,
        sum(net_amount_base) as revenue,
        sum(cost_amount_base) as cost,
        sum(net_amount_base - cost_amount_base) as profit
    from sales
    group by order_id
)

select * from final
